export { allocateRegisters } from "./allocate.ts";
export { AllocationError } from "./allocation-error.ts";
export { checkAllocation, copyForCheck } from "./checker.ts";
