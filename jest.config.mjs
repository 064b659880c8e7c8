/** All packages in one run: `jest` from the repository root. */
export default {
  projects: ['packages/*', 'native', 'tools/cli', 'tools/bench', 'tools/browser', 'tools/synthesizer'].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  // Training and native teams use both cores themselves; two files at once is as much as helps.
  maxWorkers: 2,
  // Jest reads this from here alone, not from a project's settings.
  testTimeout: 60_000,
};
