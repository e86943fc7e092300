(module
  ;; What a constant excludes is not lowered, so `never` is called nowhere.
  (import "config" "platform" (global $platform i32))
  (import "test" "never" (func $never (param i32)))
  (import "test" "log" (func $log (param i32)))
  (global $debug i32 (i32.const 0))
  (func $isLinux (result i32) (i32.eq (global.get $platform) (i32.const 1)))
  (func (export "write") (param $n i32)
    (if (i32.eq (global.get $platform) (i32.const 1))
      (then (call $log (local.get $n)))
      (else (call $never (local.get $n))))
    (if (global.get $debug) (then (call $never (i32.const 1))))
    (block $out
      (br_if $out (i32.eqz (global.get $debug)))
      (call $never (i32.const 2)))
    (block $b
      (block $a
        (br_table $a $b (global.get $platform)))
      (call $never (i32.const 3)))
    ;; Two conditions become one in Binaryen's hands: either is enough.
    (if (i32.eqz (i32.or (global.get $platform) (local.get $n)))
      (then (call $never (i32.const 4))))
    (if (i32.or (local.get $n) (global.get $platform))
      (then (call $log (i32.const 5)))
      (else (call $never (i32.const 5))))
    (block $c
      (br_if $c (i32.or (local.get $n) (global.get $platform)))
      (call $never (i32.const 6))))
  ;; Known only when the loop is closed: the passes fold it.
  (func (export "later") (param $n i32)
    (local $platform i32)
    (local.set $platform (global.get $platform))
    (local.set $n (i32.and (local.get $n) (i32.const 7)))
    (loop $again
      (if (i32.ne (local.get $platform) (i32.const 1))
        (then (call $never (local.get $n))))
      (call $log (select (i32.const 10) (i32.const 20) (local.get $platform)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $n) (i32.const 0))))))
