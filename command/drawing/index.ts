export { Markup, markup } from './markup';
export {
  countAxis,
  countMarks,
  legend,
  picture,
  rounded,
  scale,
  timeAxis,
  timeMarks,
  type Frame,
} from './plot';
