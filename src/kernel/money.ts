/** Money is integer fen. A billion yuan is more than any referral can cost and far below 2^53. */
export const MAX_FEN = 100_000_000_000;

/** Ratios are basis points: 10 000 is the whole. */
export const WHOLE_BP = 10_000;
