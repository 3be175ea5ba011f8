/** What every part of plugins on the control database writes: who did what, what is to be told, what nodes have to know. */
@NullMarked
package io.tenancy.plugins.control;

import org.jspecify.annotations.NullMarked;
