'use strict'

const { Desk, SyncEngine } = require('./face/engine.js')
const { standIn } = require('./face/stand-in.js')

/** Made on first use from the environment, or by `configure`. */
let engine
const desk = new Desk()

function configure(options) {
  engine = new SyncEngine(options, desk)
}

/** The default engine, or what a test has put in its place. */
function current() {
  return standIn() ?? (engine ??= new SyncEngine({}, desk))
}

/** The method of the default engine with this name, as a function. */
function onDefault(name) {
  const call = (...given) => current()[name](...given)
  return Object.defineProperty(call, 'name', { value: name })
}

/** Those of the default engine. */
const ofDefault =
  (name) =>
  async (...given) =>
    current().credentials[name](...given)
const credentials = Object.freeze({
  set: ofDefault('set'),
  remove: ofDefault('remove'),
  rotate: ofDefault('rotate'),
})

module.exports = {
  SyncEngine,
  configure,
  close: onDefault('close'),
  startDeployment: onDefault('startDeployment'),
  cancelDeployment: onDefault('cancelDeployment'),
  retryDeployment: onDefault('retryDeployment'),
  resumeDeployment: onDefault('resumeDeployment'),
  watchDeployment: onDefault('watchDeployment'),
  getDeployment: onDefault('getDeployment'),
  getDeploymentHistory: onDefault('getDeploymentHistory'),
  clearHistory: onDefault('clearHistory'),
  synchronize: onDefault('synchronize'),
  extractContentTypes: onDefault('extractContentTypes'),
  detectChanges: onDefault('detectChanges'),
  planDeployment: onDefault('planDeployment'),
  previewMapping: onDefault('previewMapping'),
  hashContentType: onDefault('hashContentType'),
  resolveConflicts: onDefault('resolveConflicts'),
  listConflicts: onDefault('listConflicts'),
  getConflict: onDefault('getConflict'),
  deleteConflict: onDefault('deleteConflict'),
  clearResolved: onDefault('clearResolved'),
  recordVersion: onDefault('recordVersion'),
  getVersionHistory: onDefault('getVersionHistory'),
  getVersion: onDefault('getVersion'),
  getVersionTree: onDefault('getVersionTree'),
  formatTree: onDefault('formatTree'),
  getLineage: onDefault('getLineage'),
  findCommonAncestor: onDefault('findCommonAncestor'),
  diffVersions: onDefault('diffVersions'),
  formatDiff: onDefault('formatDiff'),
  restoreVersion: onDefault('restoreVersion'),
  getSyncState: onDefault('getSyncState'),
  listSyncStates: onDefault('listSyncStates'),
  acceptDrift: onDefault('acceptDrift'),
  getSyncHistory: onDefault('getSyncHistory'),
  getSyncRecord: onDefault('getSyncRecord'),
  getLastSuccessfulSync: onDefault('getLastSuccessfulSync'),
  getAnalytics: onDefault('getAnalytics'),
  validate: onDefault('validate'),
  listBackups: onDefault('listBackups'),
  planRollback: onDefault('planRollback'),
  rollbackDeployment: onDefault('rollbackDeployment'),
  recover: onDefault('recover'),
  verifyHistory: onDefault('verifyHistory'),
  exportHistory: onDefault('exportHistory'),
  health: onDefault('health'),
  metrics: onDefault('metrics'),
  stateLocation: onDefault('stateLocation'),
  renderReport: onDefault('renderReport'),
  credentials,
}
