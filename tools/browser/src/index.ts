export { type OpenBrowserOptions, openBrowser } from './open-browser.js';
