/** What must be said beside a figure: the protocol's own caveat, that the speech is synthetic, and what else there is. */
export function caveatOf(protocolCaveat: string, synthetic: boolean, ...others: readonly string[]): string {
  const parts = [protocolCaveat, synthetic ? 'The speech is synthetic: no person spoke it.' : '', ...others];
  return parts.filter((part) => part !== '').join(' ');
}
