import { serverAudits } from 'graphql-http';
import { same, sure } from './hub.mjs';

export async function audit(hub) {
  const audits = serverAudits({ url: hub.http, fetchFn: fetch });
  sure(audits.length >= 61, `there are only ${audits.length} audits`);
  const failed = [];
  for (const each of audits) {
    const result = await each.fn();
    if (result.status !== 'ok') failed.push(`${each.id} ${each.name}: ${result.reason}`);
  }
  same(failed, [], 'audits that fail');
  return `${audits.length} audits pass`;
}
