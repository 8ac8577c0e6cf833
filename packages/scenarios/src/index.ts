export { catalogue, scenarioOf, series } from './catalogue.ts';
export {
  budgetBounds,
  check,
  type CheckOptions,
  type CheckResult,
  disagreements,
  type FoundViolation,
  type Model,
  type Question,
} from './check.ts';
export { type AskedWitness, define, type Definition } from './define.ts';
export { type Exploration, exploration, type Reductions } from './exploration.ts';
export { type Abstraction, checkEvery, type EveryOptions, type EveryResult } from './every-number.ts';
export { type Image, imageOf, type MachineOptions } from './image.ts';
export {
  type Finding,
  type Judged,
  type Judgement,
  minimise,
  type Minimised,
  type MinimiseOptions,
} from './minimise/minimise.ts';
export {
  type Hardware,
  parseVariantId,
  variantId,
  variantOf,
  type VariantParts,
  weakenable,
  type Weakened,
  weakenedQuestion,
  weakeningsWith,
} from './minimise/variant.ts';
export { gone, type Weakenable, type Weakening } from './minimise/weakening.ts';
export { type OriginName, origins } from './origins.ts';
export {
  type Chapter,
  mechanismChapters,
  type Outcome,
  pinnedOutcome,
  pinnedSizes,
  type PinnedWitness,
  type Scenario,
  type ScenarioOrigin,
  type SeriesChapter,
  seriesChapters,
  type Story,
  witnessExpected,
} from './scenario.ts';
export { exchanged, type SourceEdit, without, withoutLine } from './source-edit.ts';
export { decodeToken, encodeToken, type Token, TokenError, type TokenErrorCode } from './token.ts';
