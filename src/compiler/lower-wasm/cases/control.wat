(module
  (func (export "nested") (param $n i32) (result i32)
    (local $sum i32)
    (block $out
      (loop $again
        (br_if $out (i32.eqz (local.get $n)))
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $sum))
  (func (export "choose") (param $n i32) (result i32)
    (block $default
      (block $two
        (block $one
          (block $zero
            (br_table $zero $one $two $one $default (local.get $n)))
          (return (i32.const 100)))
        (return (i32.const 101)))
      (return (i32.const 102)))
    (i32.const 103))
  (func (export "unreachableTail") (param $n i32) (result i32)
    (block $out (result i32)
      (br $out (i32.const 1))
      (drop (i32.div_u (i32.const 1) (local.get $n)))
      (loop $never (br $never))
      (i32.const 2)))
  (func (export "oneArmed") (param $n i32) (result i32)
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (local.set $n (i32.sub (i32.const 0) (local.get $n)))))
    (local.get $n))
  (func (export "guard") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.const 7))
      (else (unreachable)))))
