;; Loops that choose among many cases by a table each round, as interpreters do: each case chooses the next.
(module
  (memory 1)
  (data (i32.const 0) "\01\02\03\04\05\06\07\08\01\06\02\03\07\00\05\08\08\06\04\01\0c\02\05\00\01\03\06\00\00")
  (func (export "shifted") (param $at i64) (param $a i32) (param $b i32) (result i32) (local $code i32)
    (loop $next
      (block (block (block (block (block (block (block (block (block
        (br_table 0 1 2 3 4 5 6 7 8
          (block (result i32)
            (local.set $code (i32.and (i32.wrap_i64 (local.get $at)) (i32.const 15)))
            (local.set $at (i64.shr_u (local.get $at) (i64.const 4)))
            (local.get $code))))
      (return (local.get $a)))
      (local.set $a (i32.add (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.sub (local.get $b) (local.get $a))) (br $next))
      (local.set $a (i32.mul (local.get $a) (i32.const 3))) (br $next))
      (local.set $a (i32.xor (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.rotl (local.get $b) (local.get $a))) (br $next))
      (if (i32.lt_s (local.get $a) (local.get $b)) (then (local.set $at (i64.shr_u (local.get $at) (i64.const 4))))) (br $next))
      (local.set $a (local.get $b)) (br $next))
      (local.set $b (i32.add (local.get $b) (i32.const 1))) (br $next)
    )
    (unreachable))
  (func (export "loaded") (param $at i32) (param $a i32) (param $b i32) (result i32) (local $code i32)
    (loop $next
      (block (block (block (block (block (block (block (block (block
        (br_table 0 1 2 3 4 5 6 7 8
          (block (result i32)
            (local.set $code (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.get $code))))
      (return (local.get $a)))
      (local.set $a (i32.add (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.sub (local.get $b) (local.get $a))) (br $next))
      (local.set $a (i32.mul (local.get $a) (i32.const 3))) (br $next))
      (local.set $a (i32.xor (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.rotl (local.get $b) (local.get $a))) (br $next))
      (if (i32.lt_s (local.get $a) (local.get $b)) (then (local.set $at (i32.add (local.get $at) (i32.const 1))))) (br $next))
      (local.set $a (local.get $b)) (br $next))
      (local.set $b (i32.add (local.get $b) (i32.const 1))) (br $next)
    )
    (unreachable)))
