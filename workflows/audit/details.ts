import { FINDINGS, type AuditProgress, type Finding } from '../../contract';
import { paragraphs } from '../shared/markdown';

/** Renders where an audit stands for the UI, as Markdown. */
export function auditDetails(progress: AuditProgress, does: string): string {
  const { name, stage, seen, accounts, counts, drifted, unseen } = progress;
  const rows = (Object.keys(FINDINGS) as Finding[]).flatMap((finding) => {
    const count = counts[finding];
    return count === undefined ? [] : [`- ${count} **${finding}**: ${FINDINGS[finding].meaning}`];
  });
  return paragraphs([
    `**${stage}**: ${does}.`,
    stage !== 'listing' &&
      `**Accounts:** ${seen} of ${accounts} looked after; ${drifted} not as asked for, ${unseen} could not be looked at.`,
    rows.length > 0 && rows.join('\n'),
    `**Each account:** \`identity-center audit report ${name}\`, or the tab **Relationships**, page by page.`,
  ]);
}
