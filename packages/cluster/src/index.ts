export { parseRecord, settleRecord, type ClusterRecord } from './cluster-record.js';
export type { ClusterChange, ClusterEvent } from './cluster-event.js';
export { bootstrapNodes } from './bootstrap-nodes.js';
export { failover, switchover, type FailoverOptions, type LeaderChange } from './change-leader.js';
export { collectReport, type ReportFile } from './collect-report.js';
export { connectionUri, type UriTarget } from './connection-uri.js';
export { withoutFaults, type ClusterContext } from './context.js';
export { examine } from './doctor.js';
export type { Finding } from './finding.js';
export { down, type DownOptions, type DownResult } from './down.js';
export { patchConfiguration, readConfiguration } from './dynamic-configuration.js';
export { isObject, patchBetween, type Json, type JsonObject } from './json-patch.js';
export { reinitialize, restartMember, setMaintenance } from './maintain.js';
export {
  askCoordinators,
  coordinatorCluster,
  endpointOf,
  openCluster,
  requireSite,
  serverOf,
  siteOf,
  statsUrl,
  type OpenCluster,
} from './open-cluster.js';
export type { LifeStep, UpStep } from './plan-up.js';
export type { SettingStep } from './plan-updates.js';
export { whyUnknown } from './find-unknown.js';
export { readStatus } from './read-status.js';
export { readStatusOfBusy } from './read-status-of-busy.js';
export { rebuildWorker, type Rebuilt } from './rebuild-worker.js';
export { refuseEdit } from './refuse-parameters.js';
export { renderInput } from './render-input.js';
export { requireSupported } from './require-supported.js';
export { startIntoService } from './start-into-service.js';
export { allowLossOfStopped, memberNamed, presentMember, startMember, stopMember } from './start-stop.js';
export type { ClusterStatus, Endpoint, MemberStatus, NodeStatus, Problem } from './status.js';
export { waitWords } from './wait-for-others.js';
export { up, type UpOptions, type UpResult } from './up.js';
