// An OpenID provider on 127.0.0.1 with two people: kari, who works for the organisation, and gjest, who does not.
//
//   node provider.mjs PORT ALGORITHM     PORT 0: a free one. Prints "issuer URL" when it listens; new keys at each start.
//
// The login page is the package's own for development: any password will do.
import { generateKeyPair } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';

const [port, algorithm] = [Number(process.argv[2] ?? 0), process.argv[3] ?? 'RS256'];

const people = {
  kari: { name: 'Kari Lunde', employer: '987654321' },
  gjest: { name: 'Gjest Hansen' },
};

const kind = algorithm === 'ES256' ? ['ec', { namedCurve: 'P-256' }] : ['rsa', { modulusLength: 2048 }];
const { privateKey } = await promisify(generateKeyPair)(...kind);
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm, kid: `key-${Date.now()}` };

const server = createServer();
await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'samplan-lier',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/samplan'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      id_token_signed_response_alg: algorithm,
    },
  ],
  jwks: { keys: [key] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
  claims: { openid: ['sub'], profile: ['name', 'employer'] },
  // A provider that is asked for a name puts it into the token, as HelseID and most others do.
  conformIdTokenClaims: false,
  pkce: { methods: ['S256'], required: () => true },
  cookies: { keys: ['of no use to anybody'] },
  findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
});
server.on('request', provider.callback());
console.log(`issuer ${issuer}`);
