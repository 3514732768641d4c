/** The arrows of docs/map.md: which package may import which. Whatever is not named here fails the build. */
const arrows = {
  core: [],
  config: ['core'],
  'member-agent': [],
  emitters: ['core', 'config', 'member-agent'],
  patroni: ['core'],
  citus: ['core'],
  'citus-standin': ['core'],
  runtime: ['core', 'config'],
  'runtime-local': ['core', 'config', 'runtime'],
  'runtime-docker': ['core', 'config', 'runtime'],
  cluster: ['core', 'config', 'emitters', 'patroni', 'citus', 'runtime'],
  chaos: ['core', 'config', 'emitters', 'patroni', 'citus', 'runtime', 'cluster'],
};
const test = '\\.(test|itest|e2e)\\.ts$|/testing/';
/** What takes the network's modules for another reason than to connect, and the two that connect as they are told. */
const connecting = [
  '^packages/core/src/socket-to\\.ts$',
  '^packages/patroni/src/exchange\\.ts$',
  '^packages/config/src/schema\\.ts$',
  '^packages/cluster/src/certificates/',
  '^packages/runtime/src/refuse-foreign-bind\\.ts$',
  '^apps/cli/src/commands/forward\\.ts$',
];
const packageRules = Object.entries(arrows).map(([name, allowed]) => ({
  name: `${name}-imports`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: test },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...packageRules,
    { name: 'nothing-imports-apps', severity: 'error', from: { path: '^(packages|e2e)/' }, to: { path: '^apps/' } },
    {
      name: 'apps-are-apart',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-the-cli-composes',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: `^apps/cli/|^packages/(runtime-local|runtime-docker|citus-standin)/|${test}`,
      },
      to: { path: '^packages/(runtime-local|runtime-docker|citus-standin)/' },
    },
    {
      name: 'contract-suites-are-for-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `/contract/|${test}` },
      to: { path: '^packages/[^/]+/(src|dist)/contract/' },
    },
    {
      name: 'dockerode-stays-in-its-runtime',
      severity: 'error',
      from: { pathNot: '^packages/runtime-docker/' },
      to: { path: 'dockerode' },
    },
    {
      name: 'only-runtimes-connect-to-members',
      comment: 'Clients get there by Runtime.connect; packages that work without a runtime by socketTo of core.',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: `^packages/(runtime-local|runtime-docker)/|${connecting.join('|')}|/contract/|${test}`,
      },
      to: { path: '^(node:)?(net|tls|http|https|http2|dgram|undici)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'emitters-are-pure',
      severity: 'error',
      from: { path: '^packages/emitters/src', pathNot: test },
      to: { path: '^(node:)?fs' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: 'node_modules|\\.turbo' },
    doNotFollow: { path: 'node_modules|/dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
