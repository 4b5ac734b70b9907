/** Packages: what a local file is called in the cluster's store and how it gets there. */
@NullMarked
package io.rayauth.internal.pack;

import org.jspecify.annotations.NullMarked;
