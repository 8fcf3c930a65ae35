/** --from, --to and --boot-time. */
export { durationNs, signedDurationNs, traceTime } from "../workspace/trace-time.ts";
