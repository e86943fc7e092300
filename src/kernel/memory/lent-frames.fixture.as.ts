// Lent frames by themselves, for their test.
export { addFrames, allocateFrame, availableFrames } from "./frames.as";
export { canLend, giveUpFrame, lendFrame, lentFrames, takeBackFrame } from "./lent-frames.as";
