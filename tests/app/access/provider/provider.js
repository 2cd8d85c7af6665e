// The identity provider of the tests: oidc-provider as it is, with accounts that have a role each.
// It is told on its command line, as JSON: port, clients (id, secret, where to send people back to).
import { createServer } from "node:http";
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${told.port}`;
const provider = new Provider(issuer, {
  clients: told.clients.map((c) => ({
    client_id: c.id,
    client_secret: c.secret,
    redirect_uris: [c.back],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  })),
  // whoever signs in as `analyst.jo` is of the group `csgeo-analyst`
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `Jo ${sub}`, roles: ["staff", `csgeo-${sub.split(".")[0]}`] }),
  }),
  claims: { openid: ["sub"], profile: ["name"], groups: ["roles"] },
  scopes: ["openid", "profile", "groups"],
  conformIdTokenClaims: told.claimsAtUserinfo === true,
  pkce: { required: () => true },
  ttl: { IdToken: (_ctx, _token, client) => (client.clientId === "brief" ? 6 : 3600) },
  cookies: { keys: [told.cookieKey] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
createServer(provider.callback()).listen(told.port, "localhost", () => console.log(issuer));
