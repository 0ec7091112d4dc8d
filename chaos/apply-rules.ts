/** Applies rules to what is known: the sentences of those that were broken. One that cannot judge says so, and is no crash. */
export function applyRules<Evidence>(
  rules: readonly ((evidence: Evidence) => string[])[],
  evidence: Evidence,
): string[] {
  return rules.flatMap((rule) => {
    try {
      return rule(evidence);
    } catch (error) {
      return [`${rule.name} cannot judge: ${String(error)}`];
    }
  });
}
