// What must be on the machine before anything else, and the command that brings it.
import { spawnSync } from 'node:child_process';

const NODE_RANGE = { min: [20, 19], below: 23 };

const TOOLS = [
  {
    name: 'Python 3',
    command: ['python3', '--version'],
    debian: 'sudo apt-get install python3 python3-pip',
    mac: 'brew install python3',
  },
  {
    name: 'pip for Python 3',
    command: ['python3', '-m', 'pip', '--version'],
    debian: 'sudo apt-get install python3-pip',
    mac: 'brew install python3',
  },
  {
    name: 'CMake',
    command: ['cmake', '--version'],
    debian: 'sudo apt-get install cmake',
    mac: 'brew install cmake',
  },
  {
    name: 'a C++20 compiler',
    command: [process.env.CXX ?? 'c++', '-std=c++20', '-x', 'c++', '-fsyntax-only', '/dev/null'],
    debian: 'sudo apt-get install g++ make',
    mac: 'xcode-select --install',
  },
];

/** @returns one line per missing tool: its name and the command that installs it; empty when all is there */
export function missingPrerequisites() {
  const missing = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  const tooOld = major < NODE_RANGE.min[0] || (major === NODE_RANGE.min[0] && minor < NODE_RANGE.min[1]);
  if (tooOld || major >= NODE_RANGE.below)
    missing.push(
      `Node.js 20 (20.19 or newer) or 22 (this is ${process.version}): https://nodejs.org/en/download`,
    );
  for (const tool of TOOLS) {
    const [command, ...args] = tool.command;
    if (spawnSync(command, args, { stdio: 'ignore' }).status === 0) continue;
    missing.push(`${tool.name}: ${process.platform === 'darwin' ? tool.mac : tool.debian}`);
  }
  return missing;
}
