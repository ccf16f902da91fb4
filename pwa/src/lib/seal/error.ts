/** Why a text, an envelope, a claim or a signature is refused. */
export class SealError extends Error {
  /** @param code stable code of the rule, the same as the server's */
  constructor(readonly code: string) {
    super(code);
    this.name = 'SealError';
  }
}
