/**
 * Abbreviations of time zones, %Z of strftime. Intl knows few of them but the long names of all zones, and with those go the letters of
 * the time zone database (tzdata 2025); zones without letters there have their offset for a name.
 */

/** By the words before "Standard Time" or "Time", and before "Daylight Time" or "Summer Time". */
const letters: Readonly<Record<string, readonly [standard: string, summer?: string]>> = {
  Alaska: ["AKST", "AKDT"],
  "American Samoa": ["SST"],
  Atlantic: ["AST", "ADT"],
  "Australian Central": ["ACST", "ACDT"],
  "Australian Eastern": ["AEST", "AEDT"],
  "Australian Western": ["AWST", "AWDT"],
  British: ["BST", "BST"],
  Central: ["CST", "CDT"],
  "Central Africa": ["CAT"],
  "Central European": ["CET", "CEST"],
  "Central Indonesia": ["WITA"],
  Chamorro: ["ChST"],
  China: ["CST", "CDT"],
  "Coordinated Universal": ["UTC"],
  Cuba: ["CST", "CDT"],
  "East Africa": ["EAT"],
  Eastern: ["EST", "EDT"],
  "Eastern European": ["EET", "EEST"],
  "Eastern Indonesia": ["WIT"],
  "Greenwich Mean": ["GMT"],
  "Hawaii-Aleutian": ["HST", "HDT"],
  "Hong Kong": ["HKT", "HKST"],
  India: ["IST"],
  Irish: ["IST", "IST"],
  Israel: ["IST", "IDT"],
  Japan: ["JST", "JDT"],
  Korean: ["KST", "KDT"],
  "Mexican Pacific": ["MST", "MDT"],
  Moscow: ["MSK", "MSD"],
  Mountain: ["MST", "MDT"],
  "New Zealand": ["NZST", "NZDT"],
  Newfoundland: ["NST", "NDT"],
  Pacific: ["PST", "PDT"],
  Pakistan: ["PKT", "PKST"],
  Philippine: ["PST", "PDT"],
  "South Africa": ["SAST"],
  Taiwan: ["CST", "CDT"],
  "West Africa": ["WAT"],
  "Western European": ["WET", "WEST"],
  "Western Indonesia": ["WIB"],
  Yukon: ["MST"],
};

/** Zones that share the long name of one with letters, and have none. */
const withoutLetters = new Set(["Antarctica/Casey", "Antarctica/Troll", "Asia/Colombo", "Europe/Minsk"]);

/** Intl has no name for their summer time; their clocks are London's. */
const likeLondon = new Set(["Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"]);

/** For Intl they are UTC. */
const greenwich = new Set(["GMT", "Etc/GMT", "Greenwich", "Etc/Greenwich"]);

/** `-03`, `+0530`. */
function offsetName(offset: number): string {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, "0");
  return (offset < 0 ? "-" : "+") + two(Math.floor(minutes / 60)) + (minutes % 60 === 0 ? "" : two(minutes % 60));
}

/** `longName` as Intl has it in English (`Central European Summer Time`); `offset` in seconds east of UTC. */
export function zoneAbbreviation(zone: string, longName: string, offset: number): string {
  if (greenwich.has(zone)) return "GMT";
  if (likeLondon.has(zone)) return offset === 0 ? "GMT" : "BST";
  const [, name, season] = /^(.*?)(?: (Standard|Daylight|Summer))? Time$/.exec(longName) ?? [];
  const known = name === undefined || withoutLetters.has(zone) ? undefined : letters[name];
  const abbreviation = season === "Daylight" || season === "Summer" ? known?.[1] : known?.[0];
  return abbreviation ?? offsetName(offset);
}
