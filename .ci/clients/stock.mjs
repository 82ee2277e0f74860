// Stock clients against a server: `node stock.mjs URL TOKEN`, of somebody who may change initiatives.
import { createClient as createSocket } from 'graphql-ws';
import { createClient as createStream } from 'graphql-sse';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const authorization = (text) => ({ Authorization: `Bearer ${text}` });
const fail = (why) => {
  console.error(`FAILED: ${why}`);
  process.exit(1);
};
setTimeout(() => fail('it takes too long'), 60_000);

const post = async (query, variables) => {
  const headers = { ...authorization(token), 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) fail(JSON.stringify(errors));
  return data;
};
const active = '{ initiatives(first: 1, filter: {status: {eq: ACTIVE}}) { nodes { id } } }';
const id = (await post(active)).initiatives.nodes[0].id;
const edit = async (description) => {
  const update = `mutation($input: InitiativeUpdateInput!) {
    initiativeUpdate(input: $input) { userErrors { message } } }`;
  const { initiativeUpdate } = await post(update, { input: { id, description } });
  if (initiativeUpdate.userErrors.length) fail(JSON.stringify(initiativeUpdate));
};

const socket = (text, more = {}) =>
  createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: authorization(text), ...more });
const stream = (text, more = {}) => createStream({ url, headers: authorization(text), ...more });
const query = `subscription($after: String) {
  events(after: $after, filter: {action: {eq: "initiative.updated"}}) { cursor node { changes { field after } } } }`;

const once = (client, payload) =>
  new Promise((resolve, reject) => {
    let last;
    client.subscribe(payload, { next: (answer) => (last = answer), error: reject, complete: () => resolve(last) });
  });

const take = async (client, variables, count) => {
  const texts = [];
  let cursor;
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) fail(JSON.stringify(errors));
    texts.push(data.events.node.changes.find(({ field }) => field === 'description').after);
    cursor = data.events.cursor;
    if (texts.length === count) break;
  }
  return { texts, cursor };
};

const same = (what, found, expected) => {
  if (JSON.stringify(found) !== JSON.stringify(expected)) fail(`${what}: ${JSON.stringify(found)}`);
};

for (const [name, connect] of [['graphql-ws', socket], ['graphql-sse', stream]]) {
  const client = connect(token, name === 'graphql-ws' ? { keepAlive: 500 } : {});
  const answer = await once(client, { query: '{ viewer { person { name } } }' });
  if (!answer.data.viewer.person.name) fail(`${name}: a query is answered ${JSON.stringify(answer)}`);
  const wrong = await once(client, { query: '{ nothing }' }).catch((errors) => ({ errors }));
  same(`${name}: a wrong query`, wrong.errors[0].extensions.code, 'BAD_USER_INPUT');

  const texts = [1, 2, 3, 4, 5].map((number) => `${name} ${number} at ${Date.now()}`);
  const reading = take(client, {}, 3);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const text of texts.slice(0, 3)) await edit(text);
  const live = await reading;
  same(`${name}: what happens`, live.texts, texts.slice(0, 3));
  for (const text of texts.slice(3)) await edit(text);
  same(`${name}: what happened since`, (await take(client, { after: live.cursor }, 2)).texts, texts.slice(3));

  const stranger = connect('nonsense', { retryAttempts: 0 });
  const refused = await once(stranger, { query }).then(() => fail(`${name}: a stranger is let in`), (why) => why);
  console.log(`${name}: answered, told and gone on; a stranger is refused with ${refused.code ?? refused.response?.status}`);
  client.dispose();
}
process.exit(0);
