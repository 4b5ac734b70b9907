package io.rayauth.internal.admission;

import java.util.OptionalLong;

/**
 * Is what a look at the head has found.
 *
 * @param running jobs that run
 * @param pending jobs that were accepted and have not begun
 * @param freeMemory in bytes, empty if it was not asked for or is not known
 */
record HeadLoad(int running, int pending, OptionalLong freeMemory) {}
