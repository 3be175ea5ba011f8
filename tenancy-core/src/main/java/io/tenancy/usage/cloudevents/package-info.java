/** Usage as CloudEvents 1.0 in JSON, in and out. */
@NullMarked
package io.tenancy.usage.cloudevents;

import org.jspecify.annotations.NullMarked;
