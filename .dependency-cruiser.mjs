/** The arrows of docs/map.md: which package may import which. Whatever is not named here fails the build. */
const arrows = {
  core: [],
  config: ['core'],
  layout: ['core', 'config'],
  'member-agent': [],
  emitters: ['core', 'config', 'layout', 'member-agent'],
  dcs: ['core'],
  patroni: ['core'],
  citus: ['core'],
  'citus-contract': ['core', 'citus'],
  'citus-standin': ['core'],
  'provision-debian': ['core', 'layout'],
  runtime: ['core', 'config', 'layout'],
  'runtime-local': ['core', 'config', 'layout', 'runtime', 'provision-debian'],
  'runtime-docker': ['core', 'config', 'layout', 'runtime'],
  cluster: ['core', 'config', 'layout', 'emitters', 'dcs', 'patroni', 'citus', 'runtime'],
  chaos: ['core', 'config', 'layout', 'emitters', 'dcs', 'patroni', 'citus', 'runtime', 'cluster'],
  'chaos-report': ['core', 'chaos'],
};
const test = '\\.(test|itest|e2e)\\.ts$|/testing/';
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
        pathNot: `^apps/cli/|^packages/(runtime-local|runtime-docker|provision-debian|citus-standin)/|${test}`,
      },
      to: { path: '^packages/(runtime-local|runtime-docker|provision-debian|citus-standin)/' },
    },
    {
      name: 'contract-suites-are-for-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `/contract/|^packages/citus-contract/|/testing/|${test}` },
      to: { path: '^packages/([^/]+/(src|dist)/(contract|testing)|citus-contract)/' },
    },
    {
      name: 'dockerode-stays-in-its-runtime',
      severity: 'error',
      from: { pathNot: '^packages/runtime-docker/' },
      to: { path: 'dockerode' },
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
