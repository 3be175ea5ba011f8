/** What a tenant used: events that are counted once, wherever and however often they are told. */
@NullMarked
package io.tenancy.usage;

import org.jspecify.annotations.NullMarked;
