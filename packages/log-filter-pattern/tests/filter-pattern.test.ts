import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { fits } from "../src/fits.ts";
import { parseFilterPattern } from "../src/parse.ts";
import type { FilterPattern } from "../src/pattern.ts";

function read(text: string): FilterPattern {
  const parsed = parseFilterPattern(text);
  if ("problem" in parsed) assert.fail(`${text}: ${parsed.problem}`);
  return parsed.pattern;
}

function problemOf(text: string): string {
  const parsed = parseFilterPattern(text);
  return "problem" in parsed ? parsed.problem : `no problem: ${JSON.stringify(parsed.pattern)}`;
}

type Rows = readonly (readonly [pattern: string, fit: readonly string[], unfit: readonly string[]])[];

function holds(rows: Rows): void {
  for (const [text, fit, unfit] of rows) {
    const pattern = read(text);
    for (const line of fit) assert.ok(fits(pattern, line), `${text} does not fit ${line}`);
    for (const line of unfit) assert.ok(!fits(pattern, line), `${text} fits ${line}`);
  }
}

const bad = "[ERROR 400] BAD REQUEST";
const unauthorized = "[ERROR 401] UNAUTHORIZED REQUEST";
const missing = "[ERROR 419] MISSING ARGUMENTS";
const internal = "[ERROR 500] INTERNAL SERVER ERROR";

/** Lines as on AWS's pages, "Using filter patterns to match terms in unstructured log events". */
const terms: Rows = [
  ["", [bad, "", "{}"], []],
  ["  ", [bad, ""], []],
  ['" "', [bad, "one"], []],
  ["ERROR", [bad, missing, "Exiting with ERRORCODE: -1"], ["[INFO] fine", "an error", "Error"]],
  ['"ERROR"', [bad, "ERRORS"], ["error"]],
  ["ERROR ARGUMENTS", [missing, "ARGUMENTS ERROR"], [bad, unauthorized]],
  ["ERROR Exception", ["[ERROR] Caught IllegalArgumentException"], ["[ERROR] exception"]],
  ["?ERROR ?ARGUMENTS", [bad, missing, "[INFO] INVALID ARGUMENTS PROVIDED"], ["[INFO] fine"]],
  ['?"BAD REQUEST" ?MISSING', [bad, missing], [unauthorized, "BAD OR REQUEST"]],
  ["?ERROR ?ARGUMENTS REQUEST", ["[INFO] REQUEST FAILED", unauthorized], [missing]],
  ["?ERROR -ARGUMENTS", [bad, "[INFO] fine"], [missing]],
  ['"INTERNAL SERVER ERROR"', [internal], ["INTERNAL ERROR OF A SERVER", "internal server error"]],
  ["ERROR -ARGUMENTS", [bad, unauthorized], [missing, "[INFO] fine"]],
  ['-"BAD REQUEST"', [missing, ""], [bad]],
  ['"ERROR 4" -REQUEST "ARG"', [missing], [bad, internal]],
  ['"type\\":\\"error\\""', ['{"type":"error"}'], ['{"type":"info"}', '{"type": "error"}']],
  ['"C:\\\\temp"', ["in C:\\temp"], ["in C:temp"]],
  ["LLM_FAILED", ["LLM_FAILED"], ["LLM-FAILED"]],
];

test("terms fit as AWS documents: all of them, wherever they stand, in their own case", () => holds(terms));

/** As on AWS's page "Supported regular expressions (regex) syntax". */
const regexes: Rows = [
  ["%AUTHORIZED%", [unauthorized, "[SUCCESS 200] AUTHORIZED REQUEST"], [bad]],
  ["%^[hc]at%", ["hat", "cats"], ["a hat"]],
  ["%[hc]at$%", ["a hat"], ["hats"]],
  ["%colou?r%", ["color", "colour"], ["colouur"]],
  ["%[abcx-z]%", ["y"], ["d"]],
  ["%[^0-9a]%", ["b"], ["a1"]],
  ["%^a{3,5}$%", ["aaa", "aaaaa"], ["aa", "aaaaaa"]],
  ["%^a{,2}$%", ["", "aa"], ["aaa"]],
  ["%^a{2,}$%", ["aaa"], ["a"]],
  ["%gra|ey%", ["gray", "grey"], ["gry"]],
  ["%^starting|^shutting down%", ["shutting down"], ["skipping starting"]],
  ["%\\[.\\]%", ["a [b] c", "[ ]"], ["[]"]],
  ["%ab*c%", ["ac", "abbbc"], ["abd"]],
  ["%ab+c%", ["abbc"], ["ac"]],
  ["%10\\.10\\.0\\.1%", ["10.10.0.1"], ["10010,051"]],
  ["%\\d\\D\\s\\S\\w\\W%", ["1a b_-"], ["1ab_-"]],
  ["%key\\x3A\\x28%", ["key:("], ["key:"]],
  ["%a-b/c_d#e=f@g;h,i:j%", ["a-b/c_d#e=f@g;h,i:j"], ["a-b"]],
  ["%[\\d.-]+x%", ["1.-x"], ["ax"]],
];

test("a regular expression fits what AWS says of its operators, anywhere in the line", () => holds(regexes));

/** AWS's JSON of "Using filter patterns to match terms in JSON log events", and its second one. */
const trail = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  "cluster.name": "c",
  flag: true,
  code: 400,
  small: 1e-3,
  share: "55.5",
});
const users = JSON.stringify({
  user: { id: 1, email: "John.Stiles@example.com" },
  users: [
    { id: 2, email: "John.Doe@example.com" },
    { id: 3, email: "Jane.Doe@example.com" },
  ],
  actions: ["GET", "PUT", "DELETE"],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
  ],
});

const json: Rows = [
  ['{ $.eventType = "UpdateTrail" }', [trail], [users, "UpdateTrail", "", "{", `2026 ${trail}`, "null", "7"]],
  ["{$.eventType=UpdateTrail}", [trail], ['{"eventType":"updatetrail"}', '{"eventType":"UpdateTrail2"}']],
  ["{ $.sourceIPAddress != 123.123.* }", [trail], ['{"sourceIPAddress":"123.123.1.1"}', users]],
  ['{ $.eventType = "*Trail" }', [trail], ['{"eventType":"TrailUpdate"}']],
  ["{ $.eventType = Update* }", [trail], ['{"eventType":"TrailUpdate"}']],
  ["{ $.eventType = *dateT* }", [trail], ['{"eventType":"date"}']],
  ["{ $.eventType = * }", [trail, '{"eventType":0}'], ['{"eventType":null}', '{"eventType":[1]}', "{}"]],
  ['{ $.eventType = "a && b) }" }', ['{"eventType":"a && b) }"}'], [trail]],
  ["{ $.arrayKey = value }", [], [trail, '{"arrayKey":{}}']],
  ["{ $.arrayKey != value }", ['{"arrayKey":"other"}'], [trail, '{"arrayKey":{}}', "{}"]],
  ['{ $.arrayKey[0] = "value" }', [trail], ['{"arrayKey":"value"}', '{"arrayKey":[]}']],
  ["{ $.objectList[1].id = 2 }", [trail], ['{"objectList":[{"id":2}]}']],
  ["{ $.eventType = %Trail% }", [trail], [users]],
  ["{ $.code != %^5% }", [trail], ['{"code":500}', "{}"]],
  ["{ $.arrayKey[*] = %val.{2}% }", [trail], ['{"arrayKey":["val"]}']],
  ["{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }", [trail], [users]],
  ["{ $.objectList[*].name = b }", [trail], ['{"objectList":[{"name":"a"}]}']],
  ["{ $.['cluster.name'] = \"c\" }", [trail], ['{"cluster":{"name":"c"}}']],
  ['{ $.["cluster.name"] = c }', [trail], [users]],
  ["{ $.SomeObject IS NULL }", [trail], ['{"SomeObject":0}', "{}"]],
  ["{ $.flag IS TRUE }", [trail], ['{"flag":false}', '{"flag":"true"}', "{}"]],
  ["{ $.flag IS FALSE }", ['{"flag":false}'], [trail, '{"flag":null}']],
  ["{ $.SomeOtherObject NOT EXISTS }", [trail], ['{"SomeOtherObject":null}', "no JSON"]],
  ["{ $.SomeObject NOT EXISTS }", [users], [trail]],
  ["{ $.constructor NOT EXISTS }", ["{}"], ['{"constructor":1}']],
  ["{ $.code >= 400 && $.code < 500 }", [trail], ['{"code":500}', '{"code":"many"}', '{"code":null}']],
  ["{ $.code = 4* }", [trail, '{"code":"4xx"}'], ['{"code":500}']],
  ["{ $.code = 4e2 }", [trail, '{"code":"400"}'], ['{"code":4}']],
  ['{ $.code = "400" }', [trail], ['{"code":400.5}']],
  ["{ $.small <= 1.5e-3 }", [trail], ['{"small":0.002}']],
  ["{ $.code > +399.9 }", [trail], ['{"code":-400}']],
  ["{ $.code > -1.5e3 }", [trail], ['{"code":-1500}']],
  ["{ $.share > 55 }", [trail], ['{"share":"0x64"}', '{"share":""}']],
  ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', [users], [trail]],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
    [users],
    [],
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
    [],
    [users],
  ],
  ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', [], [users]],
  ["{ ((($.user.id = 1)) && (($.coordinates[1][2] = 6 || $.x = 1))) }", [users], [trail]],
];

test("a JSON pattern fits as AWS documents, and no line that is not one JSON value", () => holds(json));

const request = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
const info = "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200";
const part = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310";
const warning = "WARNING 09/25/2014 12:00:02 Invalid user request";
const error = "ERROR 09/25/2014 12:00:02 Failed to process request";

/** As on AWS's page "Using filter patterns to match terms in space-delimited log events". */
const fields: Rows = [
  ["[]", [request, ""], []],
  ["[...]", [request, ""], []],
  ["[ip, user, username, timestamp, request, status_code, bytes]", [request], [warning]],
  [
    "[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
    [request],
    [request.replace("404", "500"), request.replace("127.0.0.1", "127.0.1.1")],
  ],
  ["[..., request =*.html*, status_code = 4*, bytes]", [request], [request.replace(".html", ".css")]],
  ["[..., request=*.html*, status_code=4*,]", [request], []],
  ["[ip, user, ..., status_code, bytes > 1000]", [request], [request.replace("1534", "999")]],
  ["[ip, user=Prod, ...]", [request], [error]],
  ['[..., request = "GET /index.html HTTP/1.0", status_code, bytes]', [request], []],
  ['[..., timestamp = "10/Oct*", request, status_code, bytes]', [request], []],
  ["[ip, user, username, timestamp, request, status_code = 404 || status_code = 410, bytes]", [request], []],
  ["[w1=ERROR, w2]", [error, "ERROR twice"], [info, warning, "ERROR"]],
  ["[w1=ERROR]", ["ERROR"], [error]],
  ["[w1=ERROR || w1=WARNING, w2]", [error, warning], [info]],
  ["[w1!=ERROR && w1!=WARNING, w2]", [info], [error, warning]],
  ["[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [info], [part, error]],
  ["[,,, method = POST, ...]", [part], [info]],
  ["[a, b != 1, c >= -1.5e0]", ["x 2 0"], ["x 1 0", "x 2 -2", "x 2 zero"]],
  ["[a, b]", ['"one two', "[open x"], ["[one field]", '"one field"', "one"]],
];

test("a pattern of fields fits as AWS documents: in their order, the last one with the rest of the line", () =>
  holds(fields));

const refused: readonly (readonly [pattern: string, problem: RegExp])[] = [
  ["foo.bar", /^at character 4: a term ends here, and there is "\.": put it in double quotes/],
  ["a 1b2c-3d4e", /^at character 7: a term ends here, and there is "-"/],
  ["ERROR*", /^at character 6: a term ends here, and there is "\*"/],
  ["(ERROR)", /^at character 1: there is "\(", which stands in double quotes only$/],
  ["? ERROR", /^at character 2: "\?" has no term after it: there is " "$/],
  ["ERROR -", /^at character 8: "-" has no term after it: the pattern ends$/],
  ['ERROR "open', /^at character 7: a double quote is not closed$/],
  ['""', /^at character 1: there is nothing between the quotes: " " fits every line$/],
  ['"a\\d"', /^at character 3: in double quotes a backslash stands before a double quote or a backslash/],
  ["ERROR %a%", /^at character 7: a regular expression stands alone/],
  ["%a% ERROR", /^at character 5: a regular expression stands alone/],
  ["%something!%", /^at character 11: a regular expression takes no "!": write \\x21$/],
  ["%(a|b)%", /^at character 2: a regular expression takes no "\(": write \\x28$/],
  ["%\\(%", /^at character 2: a regular expression takes no "\(": write \\x28$/],
  ["%é%", /^at character 2: a regular expression takes no multi-byte characters$/],
  ["%a", /^at character 3: a regular expression has no "%" at its end$/],
  ["%%", /^at character 2: a regular expression matches nothing here$/],
  ["%a||b%", /^at character 4: a regular expression matches nothing here$/],
  ["%*a%", /^at character 2: "\*" stands alone: write \\\*$/],
  ["%^*%", /^at character 3: "\^" cannot be repeated$/],
  ["%a+?%", /^at character 4: a repetition is repeated$/],
  ["%a{x}%", /^at character 3: "\{" begins a repetition such as/],
  ["%a{3,2}%", /^at character 3: \{3,2\} repeats at least 3 times and at most 2$/],
  ["%a{5000}%", /^at character 3: more than 1000 repetitions are not supported here$/],
  ["%[z-a]%", /^at character 3: z-a is no range$/],
  ["%[]%", /^at character 2: there is nothing between "\[" and "\]"$/],
  ["%[a%", /^at character 2: a "\[" has no "\]"$/],
  ["%\\b%", /^at character 2: a backslash is followed by/],
  ["{ $.level = error", /^at character 18: "&&", "\|\|" or "\}" is missing: the pattern ends$/],
  ["{ $.level = error } x", /^at character 21: a pattern of JSON ends with its "\}"$/],
  ["{}", /^at character 2: a selector such as \$\.a is missing: there is "\}"$/],
  ["{ level = error }", /^at character 3: a selector such as \$\.a is missing: there is "l"$/],
  ['{ $["level"] = error }', /^at character 4: a selector begins with "\$\.": there is "\["$/],
  ["{ $. = error }", /^at character 5: a name is missing: there is " "$/],
  ["{ $.a[x] = 1 }", /^at character 7: in brackets stands a number, "\*" or a name in quotes: there is "x"$/],
  ["{ $.a[0 = 1 }", /^at character 6: a "\[" in a selector is not closed$/],
  ["{ $.a == 1 }", /^at character 7: "==" is no operator$/],
  ["{ $.a ~ 1 }", /^at character 7: an operator \(=, !=, <=, >=, <, >\) is missing: there is "~"$/],
  ["{ $.a = }", /^at character 9: a value is missing: there is "\}"$/],
  ["{ $.a = web-1 }", /^at character 9: a value with "-" in it stands in double quotes$/],
  ["{ $.a = /mcp }", /^at character 9: a value with "\/" in it stands in double quotes$/],
  ["{ $.a > error }", /^at character 7: ">" compares with a number$/],
  ["{ $.a > %1% }", /^at character 7: ">" compares with a number$/],
  ["{ $.a = Ev*ent }", /^at character 9: a "\*" stands at the start or the end of a value/],
  ["{ $.a EXISTS }", /^at character 7: "EXISTS" is no test/],
  ["{ $.a IS NOT NULL }", /^at character 7: "IS NOT" is no test/],
  ["{ $.a not exists }", /^at character 7: "not exists" is no test/],
  ["{ $.a = 1 && }", /^at character 14: a selector such as \$\.a is missing/],
  ["{ ($.a = 1 }", /^at character 12: "\(" at character 3 is not closed: there is "\}"$/],
  ["{ $.*[*] = 1 }", /^at character 3: a selector takes one wildcard$/],
  ["{ $.* = 1 || $.a.* = 1 || $.b[*] = 1 || $.c[*] = 1 }", /^at character 1: 4 selectors with a wildcard/],
  ["{ $.a = %a% || $.b = %b% || $.c = %c% }", /^at character 1: 3 regular expressions are more than the 2/],
  ["[a, b", /^at character 6: "," or "\]" is missing: the pattern ends$/],
  ["[a] b", /^at character 5: a pattern of fields ends with its "\]"$/],
  ["[ERROR] Exception", /^at character 9: a pattern of fields ends with its "\]"$/],
  ["[..., a, ...]", /^at character 1: a pattern of fields takes one "\.\.\."$/],
  ["[a, …]", /^at character 5: the rest of the fields is three dots, "\.\.\."$/],
  ["[a, a]", /^at character 1: two fields are named a$/],
  ["[= 1]", /^at character 2: the name of a field is missing: there is "="$/],
  ["[a = 4* && b > 1]", /^at character 12: a test of the field a names it again: there is b$/],
  ["[a=%a%, b=%b%, c=%c%]", /^at character 1: 3 regular expressions are more than the 2/],
  [`{ ${"(".repeat(1_022)}`, /^at character 1025: a selector such as \$\.a is missing: the pattern ends$/],
  ["x".repeat(1_025), /^it has 1025 characters, and a filter pattern takes 1024$/],
];

test("what CloudWatch refuses, or nobody knows how it matches, is a problem with its place", () => {
  for (const [pattern, problem] of refused) assert.match(problemOf(pattern), problem, pattern);
});

const anyPattern = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  // Texts made of what means something.
  fc
    .array(
      fc.constantFrom(
        ...Array.from("{}[]()%\"\\'$.*?-+=!<>&|,^_ a1é\n"),
        "$.a",
        "...",
        "IS NULL",
        "NOT EXISTS",
        "&&",
        "||",
        "\\x41",
        '"b c"',
        "{2,3}",
      ),
    )
    .map((parts) => parts.join("")),
  fc
    .array(fc.constantFrom("$.a", "= 1", "&&", "||", "(", ")", "IS", "%a%"))
    .map((of) => `{ ${of.join(" ")} }`),
  fc.array(fc.constantFrom("a", ",", "=", "b", "||", "...", "%[a]%", "1")).map((of) => `[${of.join(" ")}]`),
);

test("no text makes the parser throw, and what it read fits or does not fit any line", () => {
  const seen = { patterns: 0, problems: 0 };
  fc.assert(
    fc.property(anyPattern, fc.oneof(fc.string(), fc.json(), fc.constant(trail)), (text, line) => {
      const parsed = parseFilterPattern(text);
      if ("problem" in parsed) {
        seen.problems += 1;
        return assert.match(parsed.problem, /^(at character \d+: |it has \d+ characters)/);
      }
      seen.patterns += 1;
      assert.equal(typeof fits(parsed.pattern, line), "boolean");
    }),
    { numRuns: 3_000 },
  );
  assert.ok(seen.patterns > 300 && seen.problems > 300, JSON.stringify(seen));
});

test("a problem's place lies in the pattern or right behind it", () => {
  fc.assert(
    fc.property(anyPattern, (text) => {
      const place = /^at character (\d+): /.exec(problemOf(text))?.[1];
      if (place !== undefined)
        assert.ok(Number(place) >= 1 && Number(place) <= text.length + 1, `${text}: ${place}`);
    }),
    { numRuns: 1_000 },
  );
});

test("any text in double quotes fits the lines that hold it, and no other", () => {
  const phrase = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
  fc.assert(
    fc.property(phrase, fc.string(), fc.string(), (text, before, line) => {
      if (text.length > 500) return;
      const pattern = read(quoted(text));
      assert.ok(fits(pattern, before + text + line));
      assert.equal(fits(pattern, line), line.includes(text));
      assert.equal(fits(read(`-${quoted(text)}`), line), !line.includes(text));
    }),
  );
});

test("a value in double quotes fits a JSON line with that value, whatever signs are in it", () => {
  const value = fc.string().filter((text) => !text.includes("*"));
  fc.assert(
    fc.property(value, fc.string(), (text, other) => {
      const pattern = read(`{ $.a.b = "${text.replaceAll(/["\\]/g, "\\$&")}" && ($.c = 1 || $.d = 2) }`);
      assert.ok(fits(pattern, JSON.stringify({ a: { b: text }, d: 2 })));
      assert.equal(fits(pattern, JSON.stringify({ a: { b: other }, c: 1 })), other === text);
      assert.ok(!fits(pattern, JSON.stringify({ a: { b: text }, c: 2 })));
    }),
  );
});

test("the README's example says what it seems to say", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const readme = readFileSync(`${folder}README.md`, "utf8");
  const example = /```ts\n\/\/ example\.ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const run = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", example], { cwd: folder });
  assert.equal(String(run.stdout), "true false\n", String(run.stderr));
});
