export { ProtocolError, type ProtocolErrorCode } from './error.ts';
export type { Line, ProtocolImage } from './image.ts';
export { type Protocol, readFile, readObject, readProtocol } from './protocol.ts';
export { starter } from './starter.ts';
export { directiveHelp } from './vocabulary.ts';
