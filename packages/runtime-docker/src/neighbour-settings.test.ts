import { expect, it } from 'vitest';
import { neighbourSettings } from './neighbour-settings.js';

it.each(['1.41', '1.45'])('are of the first interface by version %s of the API', (version) => {
  const { host, endpoint } = neighbourSettings(version);
  expect(host.Sysctls).toMatchObject({ 'net.ipv4.neigh.eth0.retrans_time_ms': '100' });
  expect(endpoint).toEqual({});
});

it.each(['1.46', '1.52'])('are of the endpoint by version %s', (version) => {
  const { host, endpoint } = neighbourSettings(version);
  expect(endpoint.DriverOpts?.['com.docker.network.endpoint.sysctls']).toContain(
    'net.ipv4.neigh.IFNAME.retrans_time_ms=100,',
  );
  expect(host).toEqual({});
});
