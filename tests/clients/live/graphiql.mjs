import { Browser } from './browser.mjs';
import { same, sure } from './hub.mjs';

/** The query page in a real browser: a query, and a subscription of somebody who is signed in. */
export async function graphiql(hub) {
  const page = await Browser.open(`http://${hub.listen}/graphiql`);
  try {
    const set = (editor, text) => page.evaluate(`(${editor}).CodeMirror.setValue(${JSON.stringify(text)})`);
    const query = `document.querySelector('.graphiql-query-editor .CodeMirror')`;
    const headers = `[...document.querySelectorAll('.CodeMirror')].find(editor => editor.CodeMirror.getValue().includes('Authorization'))`;
    const result = `document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue()`;
    const press = () => page.evaluate(`document.querySelector('.graphiql-execute-button').click()`);
    await page.until(`document.querySelector('.graphiql-execute-button') && ${query}`);
    await set(query, '{ services(first: 1) { totalCount } }');
    await press();
    await page.until(`${result}?.includes('"totalCount": 0')`);
    await set(headers, JSON.stringify(hub.headers));
    await set(query, `subscription { needChanged(areaId: "${hub.street}") { need { title } } }`);
    // The page reads what was typed a moment later.
    await page.until(`${query}.CodeMirror.operations?.[0]?.operation === 'subscription'`);
    await press();
    await hub.addUntil(page.until(`${result}?.includes('反诈讲座')`));
    same(page.said, [], 'the console of the page says');
    const hosts = [...new Set(page.asked.filter(url => !url.startsWith('data:')).map(url => new URL(url).host))];
    same(hosts, [hub.listen], 'hosts that the page asks');
    sure(page.asked.includes(hub.ws), 'the subscription goes by WebSocket');
  } finally {
    await page.close();
  }
  return 'a query and a subscription in a browser; no word in its console, no other host asked';
}
