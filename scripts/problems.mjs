// Writes docs/problems.md from the table of problems and the API document: npm run docs:problems.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { problemsPage } from '../dist/src/http/problems-page.js';

mkdirSync('docs', { recursive: true });
writeFileSync('docs/problems.md', problemsPage(JSON.parse(readFileSync('openapi/openapi.json', 'utf8'))));
