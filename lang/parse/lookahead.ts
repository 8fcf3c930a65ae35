import {
  Alternation,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type ILookaheadStrategy,
  type IProduction,
  type IToken,
  type Rule,
} from "chevrotain";

/** `first`: numbers of the token types that can begin the production. */
interface FirstSet {
  readonly first: ReadonlySet<number>;
  readonly nullable: boolean;
}

/** The part of a parser that a lookahead function, called as its method, needs. */
interface Ahead {
  LA(distance: number): IToken;
}

const optionalTypes = { Option, Repetition, RepetitionMandatory, RepetitionMandatoryWithSeparator, RepetitionWithSeparator } as const;

/**
 * One token of lookahead from first sets, each computed once. Chevrotain's own strategy expands every path anew for every
 * decision: for this grammar that was more than half of the time to build the parser. Whether one token is enough is checked by
 * chevrotain's strategy, in a test.
 */
export function firstSetLookahead(): ILookaheadStrategy {
  const ofRule = new Map<Rule, FirstSet>();

  const firstOf = (production: IProduction): FirstSet => {
    if (production instanceof Terminal) {
      const { tokenTypeIdx, categoryMatches = [] } = production.terminalType;
      return { first: new Set([tokenTypeIdx!, ...categoryMatches]), nullable: false };
    }
    if (production instanceof NonTerminal) {
      const { referencedRule } = production;
      const known = ofRule.get(referencedRule) ?? firstOfSequence(referencedRule.definition);
      ofRule.set(referencedRule, known);
      return known;
    }
    const { definition } = production as IProduction & { definition: IProduction[] };
    if (production instanceof Alternation) {
      const alternatives = definition.map(firstOf);
      return {
        first: new Set(alternatives.flatMap(({ first }) => [...first])),
        nullable: alternatives.some(({ nullable }) => nullable),
      };
    }
    const { first, nullable } = firstOfSequence(definition);
    const canBeAbsent = production instanceof Option || production instanceof Repetition || production instanceof RepetitionWithSeparator;
    return { first, nullable: nullable || canBeAbsent };
  };

  const firstOfSequence = (definition: readonly IProduction[]): FirstSet => {
    const first = new Set<number>();
    for (const production of definition) {
      const next = firstOf(production);
      for (const type of next.first) first.add(type);
      if (!next.nullable) return { first, nullable: false };
    }
    return { first, nullable: true };
  };

  return {
    validate: () => [],
    buildLookaheadForAlternation({ rule, prodOccurrence }) {
      const alternatives = find(rule, Alternation, prodOccurrence).definition;
      const chosen: number[] = [];
      alternatives.forEach((alternative, index) => {
        for (const type of firstOf(alternative).first) chosen[type] ??= index;
      });
      return function (this: Ahead) {
        return chosen[this.LA(1).tokenTypeIdx];
      };
    },
    buildLookaheadForOptional({ rule, prodOccurrence, prodType }) {
      const { first } = firstOfSequence(find(rule, optionalTypes[prodType], prodOccurrence).definition);
      const begins: boolean[] = [];
      for (const type of first) begins[type] = true;
      return function (this: Ahead) {
        return begins[this.LA(1).tokenTypeIdx] === true;
      };
    },
  };
}

interface Occurrence<D> {
  readonly idx: number;
  readonly definition: D[];
}

/** The production of a rule that its DSL call, `MANY2` say, stands for. */
function find<D, P extends Occurrence<D>>(rule: Rule, type: new (...args: never[]) => P, occurrence: number): P {
  const pending: object[] = [...rule.definition];
  for (;;) {
    const production = pending.pop();
    if (production === undefined) throw new Error(`rule ${rule.name} has no ${type.name} number ${occurrence}`);
    if (production instanceof type && production.idx === occurrence) return production;
    if ("definition" in production && !(production instanceof NonTerminal)) pending.push(...(production.definition as object[]));
  }
}
