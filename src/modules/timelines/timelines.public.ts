export { TimelineStore } from './timelines.ports.js';
