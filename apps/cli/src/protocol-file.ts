import { AssemblyError } from '@quiesce/insn';
import { type Protocol, ProtocolError, readFile } from '@quiesce/protocol';
import type { Host } from './host.ts';
import { usage } from './usage-error.ts';

/** Does something with a protocol; what is wrong with its file becomes a usage error of one line. */
export function aboutFile<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof AssemblyError) {
      throw usage(`${error.message}; ${error.remedy}`);
    }
    throw error;
  }
}

/** The protocol in a file. Throws a usage error with position and remedy where it is none. */
export function protocolIn(path: string, host: Host): Protocol {
  const bytes = host.read(path);
  return aboutFile(() => readFile(bytes, path));
}
