import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { renderFolder } from '@citus-ha/emitters';
import { expect, test } from 'vitest';
import { newRecord } from './cluster-record.js';
import { renderInput } from '../render-input.js';

test('the record among rendered files is the whole one of a new cluster', async () => {
  const base = defaultClusterSpec();
  const spec = { ...base, postgres: { ...base.postgres, parameters: { work_mem: '8MB' } } };
  const site = dockerSite(spec);
  const record = await newRecord(spec, site);
  const imageSet = [{ path: 'sentinel/Dockerfile', content: '', mode: 0o644 }];
  const files = renderFolder({ ...renderInput({ spec, site, record }), imageSet });
  const rendered = files.find(({ path }) => path === 'citus-ha/cluster.json')?.content ?? '';
  expect(JSON.parse(rendered)).toEqual(record);
});
