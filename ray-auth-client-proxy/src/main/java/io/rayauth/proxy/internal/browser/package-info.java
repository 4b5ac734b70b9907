/** The way to the person's own browser. Knows nothing of clusters and of who may ask. */
@NullMarked
package io.rayauth.proxy.internal.browser;

import org.jspecify.annotations.NullMarked;
