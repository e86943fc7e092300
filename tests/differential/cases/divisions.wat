;; 64-bit divisions by constants: a reciprocal of 64 bits, one of 65, powers of two, signs, remainders.
(module
  (func (export "unsigned") (param i64) (result i64 i64 i64 i64 i64)
    (i64.div_u (local.get 0) (i64.const 10)) (i64.div_u (local.get 0) (i64.const 7))
    (i64.div_u (local.get 0) (i64.const 641)) (i64.div_u (local.get 0) (i64.const -3))
    (i64.rem_u (local.get 0) (i64.const 1000000007)))
  (func (export "signed") (param i64) (result i64 i64 i64 i64 i64)
    (i64.div_s (local.get 0) (i64.const 10)) (i64.div_s (local.get 0) (i64.const -7))
    (i64.div_s (local.get 0) (i64.const 0x7fffffffffffffff)) (i64.div_s (local.get 0) (i64.const 16))
    (i64.rem_s (local.get 0) (i64.const -1000)))
  (func (export "with much alive") (param i64 i64 i64) (result i64)
    (i64.add
      (i64.add (i64.div_u (local.get 0) (i64.const 10)) (i64.div_u (local.get 1) (i64.const 7)))
      (i64.add (i64.mul (local.get 0) (local.get 2))
        (i64.add (i64.rem_u (local.get 2) (i64.const 10)) (i64.rem_s (local.get 1) (i64.const 100)))))))
