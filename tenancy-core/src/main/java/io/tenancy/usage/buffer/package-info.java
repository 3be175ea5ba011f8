/** Usage that is acknowledged when it lies on the local disk, and delivered to a store afterwards. */
@NullMarked
package io.tenancy.usage.buffer;

import org.jspecify.annotations.NullMarked;
