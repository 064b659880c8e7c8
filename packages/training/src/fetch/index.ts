export { type DownloadOptions, downloadFile, type RemoteFile } from './download.js';
export {
  type FetchedCorpus,
  type FetchOptions,
  type FetchProgress,
  fetchRavdess,
  RAVDESS_SPEECH,
} from './ravdess.js';
export { UNPACK_LIMITS, type UnpackLimits, unpackZip } from './unpack.js';
