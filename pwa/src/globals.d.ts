/** Name of this build, given by EMANIFEST_RELEASE. */
declare const __RELEASE__: string;
