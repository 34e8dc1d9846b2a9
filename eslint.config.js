import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/**
 * What the compiler does not see: a promise that nobody waits for, `any`, an import that points up, a
 * second source of time or chance. The layers stand in test/architecture.json; test/tidy.test.ts checks
 * the whole graph of imports against the same file, this one shows a slip while it is being typed.
 */
const architecture = JSON.parse(readFileSync(new URL('test/architecture.json', import.meta.url), 'utf8'));
const layers = Object.entries(architecture.layers);

const escape = (text) => text.replaceAll(/[/\\^$*+?.()|[\]{}]/g, '\\$&');

/** One block per layer: which other layers and which packages a file in it may name. */
const layerRules = layers.map(([name, { uses, packages }]) => {
  const foreign = layers.map(([other]) => other).filter((other) => other !== name && !uses.includes(other));
  const known = packages.map((p) => escape(p) + (/[/:]$/.test(p) ? '' : '(/|$)')).join('|');
  return {
    files: [`src/${name}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...(foreign.length === 0
              ? []
              : [{ regex: `^(\\.\\./)+(${foreign.join('|')})/`, message: `Imports point down: ${name} may use ${uses.join(', ') || 'nothing of the other layers'}.` }]),
            {
              regex: known === '' ? '^[^.]' : `^(?!\\.)(?!${known})`,
              allowTypeImports: true,
              message: `${name} may import ${packages.join(', ') || 'no package'}.`,
            },
          ],
        },
      ],
    },
  };
});

const ONE_CLOCK = 'Time, chance and environment come in from outside: main, config, compose and the runner of the relay read them.';

/** `Date.now` is a member, `setTimeout` a function that is called. */
const selectorOf = (name) => {
  const [object, member] = name.split('.');
  return member === undefined ? `CallExpression[callee.name='${name}']` : `MemberExpression[object.name='${object}'][property.name='${member}']`;
};
/** The same timers by another way: imported, as promises or not. */
const TIMERS = ['ImportSpecifier[imported.name=/^set(Timeout|Interval)$/]', 'ImportDeclaration[source.value=/timers/] > :matches(ImportDefaultSpecifier, ImportNamespaceSpecifier)'];
const oneClock = (names, ...selectors) => ({
  'no-restricted-syntax': [
    'error',
    ...["NewExpression[callee.name='Date'][arguments.length=0]", ...names.map(selectorOf), ...selectors].map((selector) => ({ selector, message: ONE_CLOCK })),
  ],
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tap/', 'src/client/schema.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A query of the builder is a thenable that runs only when it is awaited. Fastify's instance and reply are
      // no promises to wait for; a test waits for its subtests by itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          checkThenables: true,
          allowForKnownSafePromises: [
            { from: 'package', package: 'fastify', name: ['FastifyInstance', 'FastifyReply'] },
            { from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/ban-ts-comment': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['src/**/*.ts'], ignores: architecture.mayReadClockAndEnvironment, rules: oneClock(architecture.fromOutside) },
  // A test may hand its environment and random keys to a program that it starts; time it makes itself. A benchmark measures it.
  { files: ['test/**/*.ts'], ignores: architecture.testsMayReadClock, rules: oneClock(architecture.notInTests, ...TIMERS) },
  ...layerRules,
);
