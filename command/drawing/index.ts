export { Markup, markup } from './markup';
export { countAxis, heights, legend, picture, rounded, scale, timeAxis, type Frame } from './plot';
