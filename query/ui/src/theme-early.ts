// Runs before the first paint, so that the page does not flash in the other theme.
const chosen = localStorage.getItem('narthex.theme');
const dark = chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.dataset.theme = dark ? 'dark' : 'light';
