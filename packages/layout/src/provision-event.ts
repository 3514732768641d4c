/** What is told while programs are provided. */
export type ProvisionEvent =
  | { readonly type: 'installing'; readonly packages: readonly string[] }
  | { readonly type: 'fetching'; readonly program: string; readonly version: number };
