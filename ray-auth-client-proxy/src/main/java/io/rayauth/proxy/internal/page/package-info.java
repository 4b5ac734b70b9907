/** The proxy's own pages: what a person sees instead of a blank one. */
@NullMarked
package io.rayauth.proxy.internal.page;

import org.jspecify.annotations.NullMarked;
