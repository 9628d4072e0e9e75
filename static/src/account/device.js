const BROWSERS = [
  ["Edge", /\bEdg(A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Chrome|HeadlessChrome|CriOS)\//],
  ["Safari", /\bVersion\/\S+ .*\bSafari\//],
];
const SYSTEMS = [
  ["Android", /\bAndroid\b/],
  ["iPad", /\biPad\b/],
  ["iPhone", /\biPhone\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMacintosh\b/],
  ["Linux", /\bLinux\b/],
];

/**
 * What a person would call what signs itself so in User-Agent: {browser, system}, each null when it is none of the common
 * ones. Every browser names those it once wanted to be taken for, so the order counts.
 */
export function deviceOf(userAgent) {
  const found = (kinds) => kinds.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
  return { browser: found(BROWSERS), system: found(SYSTEMS) };
}

/** The same of what is no browser: the program's name and version, as in "curl/8.5.0". */
export function programOf(userAgent) {
  return userAgent.split(" ")[0];
}
