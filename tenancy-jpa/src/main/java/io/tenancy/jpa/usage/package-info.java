/**
 * Usage in the control database: events that count once, their roll-ups by hour, day and billing period, and what is
 * told from them.
 */
@NullMarked
package io.tenancy.jpa.usage;

import org.jspecify.annotations.NullMarked;
