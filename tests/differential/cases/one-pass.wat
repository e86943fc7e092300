;; What a compiler that writes code in one walk has to keep in mind: see baseline-x64.
(module
  (type $mixed (func (param i64 f64 i32 f32) (result i32)))
  (memory 1)
  (table funcref (elem $mix $reversed))
  (global $calls (mut i32) (i32.const 0))
  (func $next (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (global.get $calls))
  (func $mix (param i64 f64 i32 f32) (result i32)
    (i32.add
      (i32.add (i32.wrap_i64 (local.get 0)) (i32.trunc_sat_f64_s (local.get 1)))
      (i32.mul (local.get 2) (i32.trunc_sat_f32_u (local.get 3)))))
  (func $reversed (param i64 f64 i32 f32) (result i32)
    (i32.sub (i32.wrap_i64 (local.get 0))
      (call $mix (i64.extend_i32_u (local.get 2)) (f64.promote_f32 (local.get 3))
        (i32.trunc_sat_f64_u (local.get 1)) (f32.convert_i64_s (local.get 0)))))
  ;; A local is written while the stack still holds its old value.
  (func (export "old value") (param i32 i64) (result i32 i64)
    local.get 0
    local.get 1
    (local.set 1 (i64.mul (local.get 1) (i64.const 3)))
    (local.set 0 (i32.wrap_i64 (local.get 1)))
    local.get 1
    i64.add
    local.set 1
    local.get 0
    i32.add
    (loop (param i32) (result i32 i64) local.get 1))
  ;; More values than registers, across calls.
  (func (export "deep") (param i32) (result i32)
    (local.get 0) (call $next) (i32.mul (local.get 0) (i32.const 3)) (call $next)
    (i32.load offset=8 (i32.and (local.get 0) (i32.const 255))) (call $next)
    (i32.xor (local.get 0) (i32.const 5)) (call $next) (call $next) (call $next)
    (i32.shl (local.get 0) (call $next)) (call $next) (i32.const 77) (call $next)
    (i32.rotl (local.get 0) (local.get 0)) (i32.clz (local.get 0)) (i32.ctz (local.get 0))
    i32.sub i32.add i32.xor i32.sub i32.add i32.mul i32.sub i32.add i32.xor i32.sub i32.add i32.mul
    i32.sub i32.add i32.xor i32.sub)
  ;; Values change places on the way to a label, in circles.
  (func (export "circles") (param i32 i32 i32) (result i32 i32 i32)
    (local $times i32)
    (local.set $times (i32.const 5))
    (local.get 0) (local.get 1) (local.get 2)
    (loop $again (param i32 i32 i32) (result i32 i32 i32)
      (local.set 0) (local.set 1) (local.set 2)
      (local.get 0) (local.get 2) (local.get 1)
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $again (local.get $times))))
  (func (export "choose") (param i32 f64 f64) (result f64 f64)
    (local.get 1) (local.get 2)
    (block $two (param f64 f64) (result f64 f64)
      (block $one (param f64 f64) (result f64 f64)
        (br_table $two $one $two (local.get 0)))
      (local.set 1) (local.set 2) (local.get 1) (local.get 2)))
  ;; The flags are kept until something else needs them.
  (func (export "flags") (param i32 i32) (result i32)
    (local $result i32)
    (i32.lt_s (local.get 0) (local.get 1))
    (if (param) (result i32)
      (then (i32.le_u (local.get 0) (local.get 1)) (i32.eqz) (i32.eqz) (local.tee $result))
      (else (select (i32.const 5) (local.get 1) (i32.gt_u (local.get 0) (local.get 1)))))
    (i32.ge_s (local.get 1) (i32.const 0))
    i32.add
    (i32.eqz (i32.and (local.get 0) (i32.const 1)))
    (i32.eqz (i64.eqz (i64.extend_i32_s (local.get 1))))
    i32.sub
    i32.mul)
  (func (export "float flags") (param f64 f32) (result i32)
    (i32.add
      (select (f64.lt (local.get 0) (f64.const 1)) (f32.ge (local.get 1) (f32.const 0))
        (f64.ne (local.get 0) (f64.promote_f32 (local.get 1))))
      (i32.mul (f64.eq (local.get 0) (local.get 0)) (i32.eqz (f32.gt (local.get 1) (f32.const 2))))))
  (func (export "parameters of if") (param i64 i32) (result i64)
    (i64.const -3) (local.get 0)
    (if (param i64 i64) (result i64) (local.get 1) (then i64.add) (else i64.mul))
    (if (param i64) (result i64) (i32.eqz (local.get 1)) (then (i64.const 7) i64.xor)))
  (func (export "indirect") (param i64 f64 i32 f32) (result i32)
    (call_indirect (type $mixed) (i64.const -0x8000000000000000) (f64.const 1.5) (local.get 2) (f32.const -2)
      (i32.and (local.get 2) (i32.const 3))))
  ;; More arguments than registers, and constants among them.
  (func $many (param i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f64 f32 f64 f32 f64 f32 f64 f32 f64 f32)
    (result f64)
    (f64.add (f64.convert_i64_s (i64.xor (local.get 7) (i64.sub (local.get 9) (local.get 1))))
      (f64.add (f64.mul (local.get 18) (f64.promote_f32 (local.get 19)))
        (f64.convert_i32_u (i32.sub (local.get 8) (local.get 4))))))
  (func (export "many") (param i64 f32) (result f64)
    (call $many (i32.const 1) (local.get 0) (i32.wrap_i64 (local.get 0)) (i64.const -1) (i32.const -9)
      (local.get 0) (i32.const 3) (i64.const 0x123456789abcdef) (i32.const -5) (i64.const -6)
      (f64.const 1) (local.get 1) (f64.const -0) (f32.const 3) (f64.const 4) (local.get 1) (f64.const 5)
      (f32.const 6) (f64.const 0.1) (local.get 1)))
  ;; Fixed registers: dividends, counts.
  (func (export "fixed") (param i32 i64) (result i64)
    (i64.add
      (i64.rem_u (i64.or (local.get 1) (i64.const 1)) (i64.add (i64.shl (local.get 1) (i64.const 3)) (i64.const 11)))
      (i64.div_s
        (i64.rotr (i64.extend_i32_u (i32.rem_s (local.get 0) (i32.const 7))) (local.get 1))
        (i64.sub (i64.shr_u (local.get 1) (i64.extend_i32_u (i32.shr_s (local.get 0) (local.get 0)))) (i64.const 1)))))
  (func (export "move") (param i32 i32 i32) (result i32)
    (i32.store offset=3 (i32.const 1000) (local.get 0))
    (memory.copy (i32.and (local.get 1) (i32.const 0x1ffff)) (i32.const 1000) (i32.and (local.get 2) (i32.const 63)))
    (memory.fill (i32.and (local.get 0) (i32.const 0x1ffff)) (local.get 1) (i32.and (local.get 2) (i32.const 0xfff)))
    (i32.add (i32.load8_s (i32.and (local.get 1) (i32.const 0x7fff))) (memory.size)))
  (func (export "far") (param i32 i64) (result i64)
    (i64.store32 offset=16 (i32.and (local.get 0) (i32.const 4095)) (local.get 1))
    (i64.add (i64.load16_s offset=15 (i32.and (local.get 0) (i32.const 4095)))
      (i64.load offset=0x90000000 (local.get 0))))
  (func (export "unreachable ends") (param i32) (result i32)
    (block $out (result i32)
      (loop $again
        (if (i32.gt_s (local.get 0) (i32.const 10)) (then (br $out (local.get 0))) (else (nop)))
        (local.set 0 (i32.add (local.get 0) (i32.const 100)))
        (br $again)
        (drop (i32.const 1)))
      unreachable)))
