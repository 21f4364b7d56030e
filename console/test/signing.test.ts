import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Statement } from "../src/lib/api";
import { canonical } from "../src/lib/canonical";
import { Client } from "../src/lib/client";
import { base64url, fingerprint, makeKey, sign, thumbprint } from "../src/lib/jws";
import type { KeptKeys } from "../src/lib/keyStore";
import { type RecordedKey, requestOf, Signing } from "../src/lib/signing.svelte";

const decoded = (part: string): Buffer => Buffer.from(part, "base64url");

/** What another program finds in a token: OpenSSL checks the signature, Node takes it apart. */
function opened(token: string, x: string): { header: Record<string, unknown>; payload: string; good: boolean } {
  const [header, payload, signature] = token.split(".") as [string, string, string];
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const good = verify(null, Buffer.from(`${header}.${payload}`), key, decoded(signature));
  return { header: JSON.parse(decoded(header).toString()) as Record<string, unknown>, payload: decoded(payload).toString(), good };
}

describe("canonical JSON", () => {
  it("is the text of RFC 8785 §3.2.3", () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as unknown;
    expect(canonical(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts by code units, and leaves out what is not there", () => {
    const keys = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7, gone: undefined };
    const shown = Object.values(JSON.parse(canonical(keys)) as object);
    // what counts is the order in the text, and JSON.parse puts "1" first as well
    expect(shown).toEqual([4, 2, 6, 7, 1, 5, 3].sort((a, b) => [4, 2, 6, 7, 1, 5, 3].indexOf(a) - [4, 2, 6, 7, 1, 5, 3].indexOf(b)));
    expect(canonical(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it.each([[NaN], [Infinity], ["\ud800"], [() => 0], [10n]])("refuses what is no JSON", (value) => {
    expect(() => canonical({ value })).toThrow();
  });
});

describe("a signature", () => {
  it("is one that OpenSSL accepts, over the canonical bytes", async () => {
    const key = await makeKey();
    const token = await sign(key, { b: 1, a: "é" });
    expect(opened(token, key.jwk.x)).toEqual({
      header: { alg: "Ed25519", kid: key.kid, typ: "keepclear-statement" }, payload: '{"a":"é","b":1}', good: true,
    });
    expect(await sign(key, { a: "é", b: 1 })).toBe(token);
    const other = await makeKey();
    expect(opened(token, other.jwk.x).good).toBe(false);
  });

  it("is made with a key that cannot be taken out of the browser", async () => {
    const key = await makeKey();
    await expect(crypto.subtle.exportKey("pkcs8", key.privateKey)).rejects.toThrow();
  });

  it("names the key by its thumbprint (RFC 8037 A.3)", async () => {
    const kid = await thumbprint({ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    expect(kid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    expect(fingerprint(kid)).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    expect(base64url(new Uint8Array([251, 255, 254]))).toBe("-__-");
  });
});

/** A desk in a browser, before a host whose record of keys can be changed. */
async function scene(recorded: Partial<RecordedKey>[] = []) {
  const keys = [...recorded] as RecordedKey[];
  let kept: KeptKeys = { current: null, next: null };
  const fetcher = (async () => new Response(JSON.stringify({ items: keys }))) as typeof fetch;
  const shelf = { load: async () => kept, save: async (all: KeptKeys) => void (kept = all) };
  const open = async (): Promise<Signing> => {
    const signing = new Signing(new Client("t", fetcher), "m", "alpha.air", shelf);
    await signing.read();
    return signing;
  };
  const enrol = (kid: string, more: Partial<RecordedKey> = {}): void => void keys.push({ desk: "alpha.air", kid, retired_at: null, ...more } as RecordedKey);
  return { open, enrol, keys, kept: () => kept, signing: await open() };
}

const statement = (type: string): Statement => ({
  id: "i", mechanism: "m", type, from: "alpha.air", serial: 1, said_at: "t", precedence: "ROUTINE", refs: [], mode: "live", body: {},
});

describe("a desk's key in this browser", () => {
  it("signs its own first enrolment and nothing else before it is enrolled", async () => {
    const { signing, enrol, open } = await scene();
    expect(signing.state).toBe("none");
    const request = (await signing.make())!;
    expect(signing.state).toBe("waiting");
    expect(opened(request.proof, request.key.x)).toEqual({
      header: { alg: "Ed25519", kid: signing.kid, typ: "keepclear-key-proof" }, payload: canonical({ desk: "alpha.air", kid: signing.kid, mechanism: "m" }), good: true,
    });
    expect((await signing.seal(statement("notice"))).type).toBe("application/json");
    expect((await signing.seal(statement("key_enrol"))).type).toBe("application/jose");
    enrol(signing.kid!);
    const again = await open();
    expect(again.state).toBe("ready");
    const sealed = await again.seal(statement("notice"));
    expect(opened(sealed.text, request.key.x)).toMatchObject({ good: true, payload: canonical(statement("notice")) });
  });

  it("signs its enrolment itself where the host has never heard of the one that was kept here", async () => {
    const { signing, enrol, open, keys } = await scene();
    await signing.make();
    enrol(signing.kid!);
    await open();
    keys.splice(0); // another host, or one that was begun anew
    const stale = await open();
    expect(stale.state).toBe("none");
    const request = (await stale.make())!;
    const sealed = await stale.seal(statement("key_enrol"));
    expect(opened(sealed.text, request.key.x).good).toBe(true);
  });

  it("waits for the key that the desk has elsewhere, and signs nothing meanwhile", async () => {
    const { signing } = await scene([{ desk: "alpha.air", kid: "elsewhere", retired_at: null }]);
    const request = (await signing.make())!;
    expect(requestOf(JSON.stringify(request))).toEqual(request);
    expect((await signing.seal(statement("key_enrol"))).type).toBe("application/json");
  });

  it("is used until the next one has been heard of, and never after it was retired", async () => {
    const { signing, enrol, keys, open, kept } = await scene();
    await signing.make();
    enrol(signing.kid!);
    const first = await open();
    const firstKid = first.kid!;
    await first.make();
    expect(first.kid).toBe(firstKid);
    const nextKid = kept().next!.kid;
    keys[0]!.retired_at = 9;
    enrol(nextKid);
    const second = await open();
    expect([second.state, second.kid]).toEqual(["ready", nextKid]);
    keys[1]!.retired_at = 12;
    const third = await open();
    expect([third.state, third.kid]).toEqual(["none", null]);
  });

  it("signs what is said before the host could be asked", async () => {
    const { signing, enrol, open, kept } = await scene();
    await signing.make();
    enrol(signing.kid!);
    await open();
    const down = (async () => { throw new TypeError("down"); }) as unknown as typeof fetch;
    const offline = new Signing(new Client("t", down), "m", "alpha.air", { load: async () => kept(), save: async () => {} });
    await expect(offline.read()).rejects.toThrow();
    expect((await offline.seal(statement("stop"))).type).toBe("application/jose");
    const unread = new Signing(new Client("t", down), "m", "alpha.air", { load: async () => kept(), save: async () => {} });
    expect((await unread.seal(statement("stop"))).type).toBe("application/jose");
  });

  it.each(["", "{}", '{"key":{"kty":"EC"},"proof":"x"}', '{"key":{"kty":"OKP","crv":"Ed25519","x":"a"}}'])("is not enrolled from what is no request", (text) => {
    expect(requestOf(text)).toBeNull();
  });
});
