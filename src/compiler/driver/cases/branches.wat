;; Comparisons at the branch that wants them, a loop whose value stays in its register, a switch.
(module
  (func (export "larger") (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.gt_s (local.get $a) (local.get $b))))
  (func (export "sum") (param $count i32) (result i64)
    (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $count))))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $next (local.get $count)))
    (local.get $sum))
  (func (export "name") (param $case i32) (result i32)
    (block $other
      (block $second
        (block $first (br_table $first $second $first $other (local.get $case)))
        (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)))

;; Machine code:
;; larger
;;     0  mov rax,rsi
;;     3  cmp edi,esi
;;     5  cmovg eax,edi
;;     8  ret
;; sum
;;     0  xor eax,eax
;;     2  add rax,rdi
;;     5  lea edi,[rdi-1]
;;     8  test edi,edi
;;    10  jne 2
;;    12  ret
;; name
;;     0  cmp edi,3
;;     6  jae 31
;;     8  mov r11d,dword [rdi*4+app.f2.switch0]
;;    16  jmp r11
;;    19  mov eax,20
;;    24  ret
;;    25  mov eax,10
;;    30  ret
;;    31  mov eax,30
;;    36  ret
