(module
  ;; Two variables that change places in every round.
  (func (export "swap") (param $n i32) (param $a i64) (param $b i64) (result i64)
    (local $t i64)
    (loop $again
      (local.set $t (local.get $a))
      (local.set $a (local.get $b))
      (local.set $b (local.get $t))
      (local.set $n (i32.sub (i32.and (local.get $n) (i32.const 15)) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $n) (i32.const 0))))
    (local.get $a))
  ;; Never written in the loop: no parameter of its header.
  (func (export "unchanged") (param $n i32) (param $k i32) (result i32)
    (local $sum i32) (local $zero i32)
    (local.set $n (i32.and (local.get $n) (i32.const 31)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.add (local.get $k) (local.get $zero))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (i32.ge_s (local.get $n) (i32.const 0))))
    (local.get $sum))
  (func (export "both") (param $c i32) (param $x i32) (result i32)
    (local $y i32)
    (if (local.get $c)
      (then (local.set $y (local.get $x)))
      (else (local.set $y (local.get $x))))
    (local.get $y)))
