// quiesce.cocci - rules for Coccinelle over code that uses the contract of
// reclaim/reclaim.h: what becomes of pointers, which reclaim/annotate.h does not see, and
// what it does see, for those who have no clang.
//
//     spatch --sp-file scripts/quiesce.cocci --very-quiet FILE.c...
//
// prints as a diff, the lines with a minus are wrong: a pointer that is used after the
// operation in which it was protected, or after it was retired; a node retired twice; a
// way out of a function that does not leave; retire and protect behind leave.

@used_after_leave@
identifier protect =~ "^qs_[a-z0-9_]+_protect$";
identifier leave =~ "^qs_[a-z0-9_]+_leave$";
local idexpression x;
identifier member;
expression t, E;
@@
  x = <+... protect(t, ...) ...+>
  ... when != x = E
  leave(t);
  ... when != x = E
* x->member

@used_after_retire@
identifier retire =~ "^qs_[a-z0-9_]+_retire$";
local idexpression x;
identifier member;
expression E;
@@
  retire(..., x);
  ... when != x = E
* x->member

@retired_twice@
identifier retire =~ "^qs_[a-z0-9_]+_retire$";
local idexpression x;
expression E;
@@
  retire(..., x);
  ... when != x = E
* retire(..., x);

@way_out@
identifier enter =~ "^qs_[a-z0-9_]+_enter$";
identifier leave =~ "^qs_[a-z0-9_]+_leave$";
expression t;
@@
  enter(t);
  ... when != leave(t);
(
* return ...;
|
* return;
)

@after_leave@
identifier leave =~ "^qs_[a-z0-9_]+_leave$";
identifier enter =~ "^qs_[a-z0-9_]+_enter$";
identifier inside =~ "^qs_[a-z0-9_]+_(retire|protect|protect_seen|copy|drop)$";
expression t;
@@
  leave(t);
  ... when != enter(t);
* inside(t, ...)
