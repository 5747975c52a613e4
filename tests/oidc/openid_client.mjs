// openid-client, as npm has it, against the shop: discovery, login through the real pages, userinfo, refresh, introspection, revocation, logout.
//
//   SOUK_GATEWAY_URL=... SOUK_CREDENTIALS=... node --test openid_client.mjs
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import * as oidc from "openid-client";
import { launch, walk } from "./browser.mjs";

const gateway = process.env.SOUK_GATEWAY_URL;
const { accounts, clients } = JSON.parse(readFileSync(process.env.SOUK_CREDENTIALS, "utf8"));
const SCOPE = "openid profile email offline_access orders:read";
const person = { email: `oidc-${randomUUID()}@souk.example`, password: "correct horse battery" };
let browser, operator, port;

async function call(method, path, body, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(gateway + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

before(async () => {
  browser = await launch();
  port = await freePort();
  await call("POST", "/v1/accounts", { ...person, name: "Ada" });
  operator = (await call("POST", "/v1/sessions", accounts.operator)).access_token;
});

after(() => browser?.close());

/** An application registered with the shop. Its redirect URI says no port, as RFC 8252 lets a program on this machine do. */
async function application(kind, authentication) {
  const id = `oidc-${randomUUID().slice(0, 8)}`;
  const made = await call("PUT", `/v1/clients/${id}`, {
    name: "A stock client", kind, scopes: SCOPE.split(" "),
    redirect_uris: ["http://127.0.0.1/back"], post_logout_redirect_uris: ["http://127.0.0.1/bye"],
  }, operator);
  const options = { execute: [oidc.allowInsecureRequests] };
  const config = await oidc.discovery(new URL(gateway), id, made.client_secret, authentication(made.client_secret), options);
  return { config, redirect_uri: `http://127.0.0.1:${port}/back` };
}

async function login({ config, redirect_uri }, page = browser, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri, scope: SCOPE, state: expected.expectedState, nonce: expected.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...more,
  });
  const seen = await walk(page, { start: url.href, redirect_uri, ...person });
  return { tokens: await oidc.authorizationCodeGrant(config, new URL(seen.url), expected), titles: seen.titles };
}

test("a public client logs in, refreshes, reads, and logs out", async () => {
  const shop = await application("public", () => oidc.None());
  const { tokens, titles } = await login(shop);
  assert.ok(titles.length >= 2, `login and consent were shown: ${titles}`);
  const { sub, email, email_verified, auth_time } = tokens.claims();
  assert.equal(email, person.email);
  assert.equal(email_verified, false);
  assert.ok(Math.abs(auth_time - Date.now() / 1000) < 120);
  const info = await oidc.fetchUserInfo(shop.config, tokens.access_token, sub);
  assert.equal(info.email, person.email);
  assert.equal(info.name, "Ada");
  assert.deepEqual((await call("GET", "/v1/orders", undefined, tokens.access_token)).items, []);

  const renewed = await oidc.refreshTokenGrant(shop.config, tokens.refresh_token);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  await oidc.fetchUserInfo(shop.config, renewed.access_token, sub);
  await oidc.refreshTokenGrant(shop.config, renewed.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(shop.config, tokens.refresh_token), { error: "invalid_grant" });

  const again = await login(shop);
  // Any program of this machine could listen there, so no consent is remembered (RFC 8252, 8.6).
  assert.equal(again.titles.length, 1, `logged in already, and asked again: ${again.titles}`);
  const bye = `http://127.0.0.1:${port}/bye`;
  const end = oidc.buildEndSessionUrl(shop.config, {
    id_token_hint: again.tokens.id_token, post_logout_redirect_uri: bye, state: "good-bye",
  });
  const { url } = await walk(browser, { start: end.href, redirect_uri: bye, ...person });
  assert.equal(new URL(url).searchParams.get("state"), "good-bye");
  await assert.rejects(login(shop, browser, { prompt: "none" }), { error: "login_required" });
});

for (const [name, authentication] of [["basic", oidc.ClientSecretBasic], ["post", oidc.ClientSecretPost]]) {
  test(`a confidential client shows its secret by client_secret_${name}`, async () => {
    const shop = await application("confidential", authentication);
    const page = await browser.createBrowserContext();
    try {
      const { tokens } = await login(shop, page);
      const known = await oidc.tokenIntrospection(shop.config, tokens.access_token);
      assert.equal(known.active, true);
      assert.equal(known.sub, tokens.claims().sub);
      const again = await login(shop, page);
      assert.deepEqual(again.titles, [], "who is logged in and has agreed is not asked again");
      await oidc.tokenRevocation(shop.config, tokens.refresh_token);
      await assert.rejects(oidc.refreshTokenGrant(shop.config, tokens.refresh_token), { error: "invalid_grant" });
    } finally {
      await page.close();
    }
  });
}

test("who does not agree is sent back with access_denied", async () => {
  const { config, redirect_uri } = await application("public", () => oidc.None());
  const page = await browser.createBrowserContext();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri, scope: SCOPE, state: "s",
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()), code_challenge_method: "S256",
  });
  try {
    const seen = await walk(page, { start: url.href, redirect_uri, ...person, press: "button[value=refuse]" });
    assert.equal(new URL(seen.url).searchParams.get("error"), "access_denied");
  } finally {
    await page.close();
  }
});

test("a machine gets a token by its own credentials", async () => {
  const { client_id, client_secret } = clients.erp;
  for (const authentication of [oidc.ClientSecretBasic, oidc.ClientSecretPost]) {
    const config = await oidc.discovery(new URL(gateway), client_id, client_secret, authentication(client_secret), {
      execute: [oidc.allowInsecureRequests],
    });
    const tokens = await oidc.clientCredentialsGrant(config);
    assert.equal(tokens.scope, "publish:dev.souk.goods.received.v1");
    assert.equal(tokens.token_type, "bearer");
  }
});

test("the discovery document of RFC 8414 says the same", async () => {
  const options = { execute: [oidc.allowInsecureRequests], algorithm: "oauth2" };
  const config = await oidc.discovery(new URL(gateway), "shop", undefined, oidc.None(), options);
  assert.equal(config.serverMetadata().issuer, gateway);
});
