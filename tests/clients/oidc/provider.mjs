// An OpenID provider for the tests: the certified npm package oidc-provider, with one person who agrees to everything, and
// two doors for the tests. `/test/mode` makes it sign tokens that must not be taken, `/test/browse` is the browser.
import { createServer } from 'node:http';
import { createHmac, createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, decodeJwt } from 'jose';
import Provider from 'oidc-provider';

const redirect = process.argv[2];
const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
    });
});
const issuer = `http://127.0.0.1:${port}`;

async function newKey(kid, alg = 'RS256') {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' } };
}

let key = await newKey('first');
const stranger = await newKey('stranger');
let mode = 'plain';
let handler;
let fetches = 0;

function build() {
    const provider = new Provider(issuer, {
        clients: [
            {
                client_id: 'hub',
                client_secret: 'a secret of the hub, for tests',
                redirect_uris: [redirect],
                grant_types: ['authorization_code'],
                response_types: ['code'],
            },
        ],
        jwks: { keys: [key.jwk] },
        cookies: { keys: ['for tests'] },
        features: { devInteractions: { enabled: false } },
        pkce: { required: () => true },
        interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
        findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    });
    const callback = provider.callback();
    handler = async (req, res) => {
        if (!req.url.startsWith('/interaction/')) return callback(req, res);
        const { params } = await provider.interactionDetails(req, res);
        const grant = new provider.Grant({ accountId: 'wang', clientId: params.client_id });
        grant.addOIDCScope('openid');
        const done = { login: { accountId: 'wang' }, consent: { grantId: await grant.save() } };
        return provider.interactionFinished(req, res, done, { mergeWithLastSubmission: false });
    };
}
build();

const now = () => Math.floor(Date.now() / 1000);
const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token as the provider signed it, or one that lies. */
async function token(genuine) {
    const claims = decodeJwt(genuine);
    const sign = (changed, by = key, header = {}) =>
        new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'RS256', kid: by.jwk.kid, ...header }).sign(by.privateKey);
    switch (mode) {
        case 'plain': return genuine;
        case 'wrong-nonce': return sign({ nonce: 'another' });
        case 'no-nonce': return sign({ nonce: undefined });
        case 'wrong-issuer': return sign({ iss: 'https://elsewhere.example' });
        case 'wrong-audience': return sign({ aud: 'another' });
        case 'two-audiences': return sign({ aud: ['hub', 'another'] });
        case 'expired': return sign({ exp: now() - 60, iat: now() - 600 });
        case 'no-subject': return sign({ sub: undefined });
        case 'other-subject-unsigned': return `${b64({ alg: 'RS256', kid: 'first' })}.${b64({ ...claims, sub: 'root' })}.${genuine.split('.')[2]}`;
        case 'none': return `${b64({ alg: 'none' })}.${b64(claims)}.`;
        case 'stranger': return sign({}, { ...stranger, jwk: { kid: key.jwk.kid } });
        case 'stranger-key-inside': {
            const { n, e, kty } = stranger.jwk;
            return sign({}, { ...stranger, jwk: { kid: key.jwk.kid } }, { jwk: { n, e, kty }, jku: `${issuer}/test/keys` });
        }
        case 'unknown-key': return sign({}, stranger);
        case 'hs256-public-key': {
            const pem = createPublicKey({ key: key.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
            const body = `${b64({ alg: 'HS256', kid: key.jwk.kid })}.${b64(claims)}`;
            return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
        }
        case 'hs256-secret': {
            const body = `${b64({ alg: 'HS256', kid: key.jwk.kid })}.${b64(claims)}`;
            return `${body}.${createHmac('sha256', 'a secret of the hub, for tests').update(body).digest('base64url')}`;
        }
        default: throw new Error(`no mode ${mode}`);
    }
}

/** Lets the answer of the token endpoint through with the token of the mode. */
function tamper(res) {
    const chunks = [];
    const end = res.end.bind(res);
    res.write = (chunk) => chunks.push(Buffer.from(chunk));
    res.end = async (chunk) => {
        if (chunk) chunks.push(Buffer.from(chunk));
        let body = Buffer.concat(chunks).toString();
        if (res.statusCode === 200) {
            const answer = JSON.parse(body);
            body = JSON.stringify({ ...answer, id_token: await token(answer.id_token) });
        }
        res.setHeader('content-length', Buffer.byteLength(body));
        end(body);
    };
}

/** Goes wherever it is sent, with cookies, until it is sent to the hub. */
async function browse(to) {
    const jar = new Map();
    for (let hops = 0; hops < 10; hops += 1) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await fetch(to, { redirect: 'manual', headers: { cookie } });
        for (const set of answer.headers.getSetCookie()) {
            const [name, value] = set.split(';')[0].split('=');
            jar.set(name, value);
        }
        const next = answer.headers.get('location');
        if (!next) throw new Error(`${answer.status} at ${to}: ${await answer.text()}`);
        to = new URL(next, issuer).href;
        if (to.startsWith(redirect)) return to;
    }
    throw new Error('it never came back');
}

createServer(async (req, res) => {
    const url = new URL(req.url, issuer);
    try {
        if (url.pathname === '/test/mode') {
            mode = url.searchParams.get('is');
            res.end();
        } else if (url.pathname === '/test/rotate') {
            key = await newKey(url.searchParams.get('kid'));
            build();
            res.end();
        } else if (url.pathname === '/test/fetches') {
            res.end(String(fetches));
        } else if (url.pathname === '/test/browse') {
            res.end(await browse(url.searchParams.get('to')));
        } else {
            if (url.pathname === '/.well-known/openid-configuration') fetches += 1;
            if (url.pathname === '/token') tamper(res);
            await handler(req, res);
        }
    } catch (error) {
        res.statusCode = 500;
        res.end(String(error.stack));
    }
}).listen(port, '127.0.0.1', () => console.log(issuer));
process.stdin.resume();
process.stdin.on('end', () => process.exit());
